const notes = [523.25, 659.25, 783.99];
const apart = 0.22;
const length = 1.4;

/** Three soft notes out of a loudspeaker; an empty id is the usual one. Returns a function that ends them. */
export function playTestSound(sink: string, onEnd: () => void): () => void {
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  // An element and not the context itself plays it: that is how the meeting is heard too.
  const element = new Audio();
  element.srcObject = out.stream;
  notes.forEach((frequency, i) => {
    const begin = context.currentTime + 0.05 + i * apart;
    const tone = context.createOscillator();
    const gain = context.createGain();
    tone.frequency.value = frequency;
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(0.25, begin + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, begin + 0.6);
    tone.connect(gain).connect(out);
    tone.start(begin);
    tone.stop(begin + 0.65);
  });

  let over = false;
  const end = () => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    element.srcObject = null;
    void context.close();
    onEnd();
  };
  const timer = setTimeout(end, length * 1000);
  void (async () => {
    try {
      if (sink !== '' && 'setSinkId' in element) await element.setSinkId(sink);
      await element.play();
    } catch {
      end();
    }
  })();
  return end;
}
