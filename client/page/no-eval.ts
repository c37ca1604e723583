import { z } from 'zod';

// zod would otherwise try to compile its checks, which the page's content security policy forbids. It decides when a schema
// is made, so this module must be the first that is imported.
z.config({ jitless: true });
