/** Tells when the network may be another one, or the page is looked at again after it was hidden. @returns what ends it */
export function onReturn(listener: () => void): () => void {
  const seen = () => {
    if (document.visibilityState === 'visible') listener();
  };
  window.addEventListener('online', seen);
  document.addEventListener('visibilitychange', seen);
  return () => {
    window.removeEventListener('online', seen);
    document.removeEventListener('visibilitychange', seen);
  };
}
