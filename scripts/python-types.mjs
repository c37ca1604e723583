/** @typedef {Record<string, any>} Schema loosely typed: JSON Schema, read for print alone */

const HEAD = `"""The events of a room, as they cross the wire. Generated: npm run docs:api."""

from typing import Literal, NotRequired, TypedDict
`;

/**
 * Python's TypedDicts of the events, from their JSON Schemas.
 * @param {ReadonlyMap<string, Schema>} events by type
 */
export function pythonTypes(events) {
  /** @type {Map<string, string>} text of each class by its name, the inner ones first */
  const classes = new Map();

  /** @param {Schema} schema @param {string} name @returns {string} */
  const typeOf = (schema, name) => {
    if (schema.anyOf) return union(schema.anyOf.map((/** @type {Schema} */ each) => typeOf(each, name)));
    if (schema.const !== undefined) return `Literal[${JSON.stringify(schema.const)}]`;
    if (schema.enum)
      return `Literal[${schema.enum.map((/** @type {string} */ value) => JSON.stringify(value)).join(', ')}]`;
    switch (schema.type) {
      case 'array':
        return `list[${typeOf(schema.items, name)}]`;
      case 'object':
        return schema.properties ? classOf(schema, name) : `dict[str, ${typeOf(schema.additionalProperties, name)}]`;
      case 'string':
        return 'str';
      case 'integer':
        return 'int';
      case 'number':
        return 'float';
      case 'boolean':
        return 'bool';
      case 'null':
        return 'None';
      default:
        return 'object';
    }
  };

  /** @param {Schema} schema @param {string} name */
  const classOf = (schema, name) => {
    const required = new Set(schema.required ?? []);
    const fields = Object.entries(schema.properties).map(([key, field]) => {
      const type = typeOf(field, name + key[0]?.toUpperCase() + key.slice(1));
      return `    ${key}: ${required.has(key) ? type : `NotRequired[${type}]`}\n`;
    });
    classes.set(
      name,
      `class ${name}(TypedDict):\n${schema.description ? `    """${schema.description}"""\n\n` : ''}${fields.join('')}`,
    );
    return name;
  };

  const names = [...events].map(([type, schema]) => classOf(schema, `${type[0]?.toUpperCase()}${type.slice(1)}Event`));
  return `${HEAD}\n\n${[...classes.values()].join('\n\n')}\n\nEvent = ${names.join(' | ')}\n`;
}

/** @param {string[]} types */
function union(types) {
  const all = new Set(types);
  // An open enumeration is any string.
  if (all.has('str')) for (const type of types) if (type.startsWith('Literal["')) all.delete(type);
  return [...all].join(' | ');
}
