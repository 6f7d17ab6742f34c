/** What is kept of a run: its commands and its console, each up to a limit. */
import type { ActionLimits, Command, ConsoleLine } from '../call.ts';

export interface Captured {
  readonly commands: readonly Command[];
  readonly console: readonly ConsoleLine[];
  readonly consoleLeftOut: number;
}

export interface Capture {
  /** @returns false when the commands together are too large now */
  record(command: Command): boolean;
  /** A line that does not fit is cut, and those after it are counted. */
  print(line: ConsoleLine): void;
  captured(): Captured;
}

const CUT = '… (cut)';

export const createCapture = ({ resultBytes, consoleLines, consoleBytes }: ActionLimits): Capture => {
  const commands: Command[] = [];
  const lines: ConsoleLine[] = [];
  let commandBytes = 0;
  let left = consoleBytes;
  let consoleLeftOut = 0;
  return {
    record: (command) => {
      commandBytes += Buffer.byteLength(JSON.stringify(command));
      if (commandBytes > resultBytes) return false;
      commands.push(command);
      return true;
    },
    print: (line) => {
      if (lines.length >= consoleLines || left <= 0) {
        consoleLeftOut += 1;
        return;
      }
      const bytes = Buffer.from(line.text);
      const text = bytes.length <= left ? line.text : `${bytes.subarray(0, left).toString()}${CUT}`;
      left -= bytes.length;
      lines.push({ ...line, text });
    },
    captured: () => ({ commands, console: lines, consoleLeftOut }),
  };
};
