/** The quiet log of the page: what was asked, what came back, what was done about it. It never holds a token. */
import { isJsonObject } from '@stile/core';
import { element, template } from './elements.ts';

export interface Step {
  readonly what: string;
  /** As it went over the wire. */
  readonly detail?: string;
}

export interface Steps {
  readonly add: (step: Step) => void;
  readonly clear: () => void;
}

const key = 'fabrikam:steps';

/** Kept beyond the page, for a step-up by redirect begins a new one. */
export const createSteps = (storage: Storage): Steps => {
  const list = element('steps', HTMLOListElement);
  const row = template('step');
  let all = parse(storage.getItem(key));

  const show = (): void => {
    list.replaceChildren(
      ...all.map(({ what, detail }) => {
        const item = row();
        const [text, code] = [item.querySelector('p'), item.querySelector('code')];
        if (text) text.textContent = what;
        if (code) {
          code.textContent = detail ?? '';
          code.hidden = detail === undefined;
        }
        return item;
      }),
    );
    element('steps-section', HTMLElement).hidden = all.length === 0;
  };

  const keep = (steps: readonly Step[]): void => {
    all = steps;
    storage.setItem(key, JSON.stringify(all));
    show();
  };

  show();
  return { add: (step) => keep([...all, step]), clear: () => keep([]) };
};

const parse = (text: string | null): readonly Step[] => {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.flatMap(stepFrom) : [];
  } catch {
    return [];
  }
};

const stepFrom = (value: unknown): readonly Step[] => {
  if (!isJsonObject(value) || typeof value.what !== 'string') return [];
  return [{ what: value.what, ...(typeof value.detail === 'string' && { detail: value.detail }) }];
};
