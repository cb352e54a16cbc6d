/** What a seller hears without looking: one high tone for a card that was taken, two low ones for what was refused. */
const GOOD = [988]
const BAD = [330, 330]
const TONE_S = 0.12
const PAUSE_S = 0.06
const LOUDNESS = 0.2
let context: AudioContext | null = null

/** Sound; a computer without sound stays silent, and nothing else changes. */
export function sound(which: 'good' | 'bad'): void {
  if (typeof AudioContext === 'undefined') return
  context ??= new AudioContext()
  const volume = context.createGain()
  volume.gain.value = LOUDNESS
  volume.connect(context.destination)
  const tones = which === 'good' ? GOOD : BAD
  for (const [at, frequency] of tones.entries()) {
    const tone = context.createOscillator()
    const begin = context.currentTime + at * (TONE_S + PAUSE_S)
    tone.frequency.value = frequency
    tone.connect(volume)
    tone.start(begin)
    tone.stop(begin + TONE_S)
  }
}
