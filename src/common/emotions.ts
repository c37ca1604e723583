/** The seven basic emotions, in the order of every score vector (Ekman's six and neutral). */
export const EMOTIONS = ['neutral', 'happy', 'sad', 'angry', 'fearful', 'disgusted', 'surprised'] as const;
export type Emotion = (typeof EMOTIONS)[number];

export const MODALITIES = ['face', 'voice', 'words'] as const;
export type Modality = (typeof MODALITIES)[number];
