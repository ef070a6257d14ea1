/**
 * Signs that a source serves routes which cannot be read from it: paths that are computed, routers of packages, tables that
 * are walked. Where there is one, nothing can be said of a route that was not found.
 */
const OPEN_SCRIPT = [
  // A path that is no literal, or one with parts that are computed.
  /\b(?:app|server|fastify|scope|routes?|\w*[rR]outer|\w+Routes|\w+App)\s*\.(?:get|post|put|patch|delete)(?:<[^>()]{0,200}>)?\(\s*(?:[A-Za-z_$[(/]|`[^`]*\$\{)[^)]*,/,
  /\b(?:app|server|fastify|\w*[rR]outer)\s*\.(?:all|mount|resource|routes)\(|\b(?:app|server|fastify|\w*[rR]outer)\s*\[/,
  // Only the first method of a chain is read, and only literal objects.
  /\.route\((?!\s*\{[^{}]{0,400}\b(?:url|path)\s*:\s*['"])/,
  /autoload|createProxyMiddleware|http-proxy|RegisterRoutes|express-openapi|openapi-backend|openapi-glue|routing-controllers|\btoNodeHandler\b/i,
  /@(?:Get|Post|Put|Patch|Delete|All|Controller)\(\s*(?:[A-Za-z_$[]|`[^`]*\$\{)/,
];
const OPEN_PYTHON = [
  /^[ \t]*@\w+(?:\.\w+)?\.(?:get|post|put|patch|delete|route)\((?!\s*(?:(?:(?:path|rule)\s*=\s*)?['"]|\)))/m,
  /\b(?:add_api_route|add_url_rule|add_route|api_route|add_api_websocket_route)\(|\.mount\(|\burlpatterns\b|\bMethodView\b|\brouter\.register\(|\bget_\w+_router\(|\bfastapi_users\b|flask_restful/,
];
const OPEN_JAVA = [
  /@(?:Get|Post|Put|Patch|Delete)Mapping\(\s*(?:(?:value|path)\s*=\s*)?\{?\s*[A-Za-z_]\w*(?:\.\w+)*\s*[,)}+]/,
  /@RequestMapping\([^()]{0,300}\bmethod\s*=|\bRouterFunction\b|@RepositoryRestResource\b|@RestResource\b|\bimplements\s+[\w<>, .]*Api\b|@Path\(/,
];
const FROM_PACKAGE =
  /\bimport\s+(?:\*\s+as\s+)?(\w+)\s*(?:,\s*\{[^}]*\})?\s*from\s*['"][^.'"/][^'"]*['"]|\b(?:const|let|var)\s+(\w+)\s*=\s*require\(\s*['"][^.'"][^'"]*['"]\s*\)/g;
const MOUNTED = /\.(?:use|register)\(\s*['"`][^'"`\n]*['"`]\s*,\s*(\w+)/g;

/** Whether a source may serve more than the routes that are read from it. */
export function hasOpenRoutes(file: string, source: string): boolean {
  const text = source.replace(/^[ \t]*(?:\/\/|\/?\*|#).*$/gm, '');
  if (file.endsWith('.py')) return OPEN_PYTHON.some((sign) => sign.test(text));
  if (/\.(?:java|kt)$/.test(file)) return OPEN_JAVA.some((sign) => sign.test(text));
  return OPEN_SCRIPT.some((sign) => sign.test(text)) || mountsPackage(text);
}

/** What a package serves below a path is not in the sources. */
function mountsPackage(text: string): boolean {
  const names = new Set([...text.matchAll(FROM_PACKAGE)].map((match) => match[1] ?? match[2] ?? ''));
  return [...text.matchAll(MOUNTED)].some((match) => names.has(match[1] ?? ''));
}
