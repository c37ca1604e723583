/** Length of the embedding that each modality's encoder gives to fusion. */
export const EMBEDDING = 64;
/** Width of the table of hashed n-grams. */
export const WORD_EMBEDDING = 128;
/** Hidden width of the fusion gate and of the fused correction. */
export const FUSION_HIDDEN = 32;
