/* The bundled Swagger UI knows OpenAPI 3.0 only; what it draws here is the same in 3.1. */
"use strict";

fetch("/api/openapi.json")
  .then((answer) => answer.json())
  .then((spec) => SwaggerUIBundle({ spec: { ...spec, openapi: "3.0.3" }, dom_id: "#docs" }));
