//! What changes something comes from these pages. A browser says where a request comes from
//! (Fetch Metadata: `Sec-Fetch-Site`; RFC 6454: `Origin`), and no page can make it say something
//! else. Who says neither is no browser on these pages: for programs there is `tidings dlq`.

use axum::{
    extract::Request,
    http::{
        HeaderMap, StatusCode,
        header::{HOST, ORIGIN},
    },
    middleware::Next,
    response::{IntoResponse as _, Response},
};

/// Whether a request comes from a page of the address that it is sent to.
#[must_use]
pub fn is_ours(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let origin = text(ORIGIN.as_str());
    let same = origin.and_then(|origin| origin.strip_prefix("http://")) == text(HOST.as_str());
    match (text("sec-fetch-site"), origin) {
        (Some("same-origin"), Some(_)) => same,
        (Some("same-origin"), None) => true,
        (Some(_), _) | (None, None) => false,
        // Browsers before 2023 say only this.
        (None, Some(_)) => same,
    }
}

/// Refuses what would change something and comes from elsewhere.
pub async fn check(request: Request, next: Next) -> Response {
    match request.method().is_safe() || is_ours(request.headers()) {
        true => next.run(request).await,
        false => {
            let why = "only a page of this address may change something here\n";
            (StatusCode::FORBIDDEN, why).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn only_a_page_of_the_same_address_may_change_something() {
        let from = |site: Option<&'static str>, origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static("127.0.0.1:8080"));
            for (name, value) in [("sec-fetch-site", site), ("origin", origin)] {
                if let Some(value) = value {
                    headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
                }
            }
            is_ours(&headers)
        };
        let own = Some("http://127.0.0.1:8080");
        assert!(from(Some("same-origin"), own) && from(Some("same-origin"), None) && from(None, own));
        for site in ["cross-site", "same-site", "none", ""] {
            assert!(!from(Some(site), own), "{site}");
        }
        for origin in [
            "http://evil.example",
            "null",
            "http://127.0.0.1:8081",
            "https://127.0.0.1:8080",
            "",
        ] {
            assert!(!from(None, Some(origin)), "{origin}");
            assert!(!from(Some("same-origin"), Some(origin)), "{origin}");
        }
        assert!(!from(None, None), "who says nothing is no page of ours");
    }
}
