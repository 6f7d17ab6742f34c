import type { Config } from '../config/config.ts';
import { prometheusRecorder } from './prometheus.ts';
import type { Recorder } from './recorder.ts';
import { silentRecorder } from './recorder.ts';

/** The recorder that the configuration asks for: none that costs anything, unless somebody is to read it. */
export const recorderFor = ({ metrics }: Pick<Config, 'metrics'>): Recorder =>
  metrics ? prometheusRecorder({ clientLabel: metrics.perClient }).recorder : silentRecorder;
