import { healthRoutes } from '../health/routes.js';
import { ordersRoutes } from '../orders/routes.js';
import { authRoutes } from '../auth/routes.js';
import { oauthRoutes } from '../oauth/routes.js';

/** Every route module of the service, one line each. A module gets `Dependencies` as its options. */
export const routes = [
  { prefix: '/v1/health', module: healthRoutes },
  { prefix: '/v1/orders', module: ordersRoutes },
  { prefix: '/v1/auth', module: authRoutes },
  { prefix: '/v1/auth/oauth', module: oauthRoutes },
];
