//! SSE, WebSocket and HTTP; backoff; liveness; the connection machine
