import type { Preview, PreviewDevice, PreviewProblem } from '../../state/preview';

export type TroubleWith = 'camera' | 'microphone' | 'both';

export interface Trouble {
  device: TroubleWith;
  problem: PreviewProblem;
}

/** The one thing to say about the devices: both at once only if one cause holds for both. */
export function troubleOf(preview: Pick<Preview, 'camera' | 'microphone'>): Trouble | null {
  const camera = problem(preview.camera);
  const microphone = problem(preview.microphone);
  if (camera !== null && camera === microphone) return { device: 'both', problem: camera };
  if (camera !== null) return { device: 'camera', problem: camera };
  if (microphone !== null) return { device: 'microphone', problem: microphone };
  return null;
}

/** What will be missing when joining now. */
export function missingOf(
  preview: Pick<Preview, 'camera' | 'microphone'>,
): TroubleWith | 'nothing' {
  const camera = problem(preview.camera) !== null;
  const microphone = problem(preview.microphone) !== null;
  if (camera && microphone) return 'both';
  if (camera) return 'camera';
  return microphone ? 'microphone' : 'nothing';
}

/** The browser still asks for one of them, or has it but not yet started it. */
export function isAsking({ camera, microphone }: Pick<Preview, 'camera' | 'microphone'>): boolean {
  return camera.phase === 'asking' || microphone.phase === 'asking';
}

function problem(device: PreviewDevice): PreviewProblem | null {
  return device.phase === 'trouble' ? device.problem : null;
}
