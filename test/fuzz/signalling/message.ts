export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
/** What a client sends, right or wrong. */
export type Message = { [key: string]: Json };
