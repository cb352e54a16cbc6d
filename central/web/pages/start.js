"use strict";

// Unsafe calls from this page carry the session's token against other sites, as the API demands of browsers.
const SAFE = ["GET", "HEAD", "OPTIONS"];

async function withToken(request) {
  const method = (request.method || "GET").toUpperCase();
  if (SAFE.includes(method) || request.headers.Authorization) {
    return request;
  }
  const answer = await fetch("api/v1/session", { credentials: "same-origin" });
  if (answer.ok) {
    request.headers["X-CSRF-Token"] = (await answer.json()).csrf_token;
  }
  return request;
}

window.SwaggerUIBundle({
  url: "api/v1/openapi.json",
  dom_id: "#reader",
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  filter: true,
  validatorUrl: null,
  requestInterceptor: withToken,
});
