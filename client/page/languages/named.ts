import { isolated } from '../../../src/common/person-name.js';
import { t } from './current.js';

/** Somebody's name within a sentence of the page. */
export const named = (name: string): string => isolated(name, t().overlay.direction);
