//! Which pages of other origins may call the endpoints (the Fetch standard: CORS). None may, unless it is said.

use std::str::FromStr;

use axum::http::{HeaderName, HeaderValue, Method, Uri, header::CONTENT_TYPE};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// An origin (`https://shop.example`), or `*` for every one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(HeaderValue);

/// A text that is no origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is no origin: scheme, host and port, without a path (http://localhost:3000), or `*`")]
pub struct NoOrigin;

impl FromStr for Origin {
    type Err = NoOrigin;

    fn from_str(text: &str) -> Result<Self, NoOrigin> {
        let is_origin = |uri: Uri| {
            let web = matches!(uri.scheme_str(), Some("http" | "https"));
            web && uri.path() == "/" && !text.ends_with('/') && !text.contains(['?', '@', '#'])
        };
        let good = text == "*" || text.parse().is_ok_and(is_origin);
        let value = HeaderValue::from_str(text).map_err(|_| NoOrigin)?;
        good.then_some(Self(value)).ok_or(NoOrigin)
    }
}

/// What lets pages of these origins call endpoints with these methods.
pub(super) fn cors(origins: &[Origin], methods: impl IntoIterator<Item = Method>) -> CorsLayer {
    let every = origins.iter().any(|Origin(origin)| origin == "*");
    let origins = match every {
        true => AllowOrigin::any(),
        false => AllowOrigin::list(origins.iter().map(|Origin(origin)| origin.clone())),
    };
    let headers = [
        CONTENT_TYPE,
        HeaderName::from_static("idempotency-key"),
        HeaderName::from_static("order-secret"),
        HeaderName::from_static("traceparent"),
        HeaderName::from_static("x-caller"),
    ];
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods(methods.into_iter().collect::<Vec<_>>())
        .allow_headers(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_a_scheme_a_host_and_maybe_a_port_and_nothing_else() {
        for good in ["*", "http://localhost:3000", "https://shop.example"] {
            assert!(good.parse::<Origin>().is_ok(), "{good}");
        }
        for wrong in [
            "",
            "shop.example",
            "https://shop.example/",
            "https://shop.example/path",
            "https://shop.example?query",
            "https://ada@shop.example",
            "ftp://shop.example",
            "null",
        ] {
            assert_eq!(wrong.parse::<Origin>(), Err(NoOrigin), "{wrong}");
        }
    }
}
