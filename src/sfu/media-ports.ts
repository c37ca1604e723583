/**
 * Ports for media that browsers send to, where none is chosen: below those that Linux gives to outgoing connections
 * (net.ipv4.ip_local_port_range, 32768–60999), so that no program of the machine holds one by chance, and below those that
 * Kubernetes gives to services (30000–32767). A firewall can open them for nothing but media.
 */
export const MEDIA_PORTS = { min: 20_000, max: 29_999 } as const;

/** Ports of the taps, on loopback only: apart from media's, so that a tap never holds the port of a media worker that starts anew. */
export const TAP_PORTS = { min: 32_768, max: 60_999 } as const;
