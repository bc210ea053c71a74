//! The Host header names this machine. A page of a name that its owner has pointed at 127.0.0.1
//! (DNS rebinding) is of the same origin as what it asks then; its name gives it away.

use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode, header::HOST},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

/// The names of this machine, without a port.
const NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Whether a request is for this machine by its own name. RFC 9112, section 3.2: a request has one Host.
#[must_use]
pub fn is_ours(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return false;
    };
    host.to_str().is_ok_and(|host| {
        let host = host.to_ascii_lowercase();
        NAMES.iter().any(|name| match host.strip_prefix(name) {
            Some("") => true,
            Some(rest) => rest.strip_prefix(':').is_some_and(is_port),
            None => false,
        })
    })
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Refuses a request that names another machine (RFC 9110, section 15.5.20: Misdirected Request).
pub async fn check(request: Request, next: Next) -> Response {
    match is_ours(request.headers()) {
        true => next.run(request).await,
        false => {
            let why = "this is a page of 127.0.0.1: ask for it by that name, or as localhost\n";
            (StatusCode::MISDIRECTED_REQUEST, why).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn asked(hosts: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(HOST, HeaderValue::from_static(host));
        }
        is_ours(&headers)
    }

    #[test]
    fn this_machine_is_called_by_its_own_names_alone() {
        for ours in [
            "127.0.0.1",
            "127.0.0.1:8080",
            "localhost:1",
            "LocalHost",
            "[::1]:8080",
        ] {
            assert!(asked(&[ours]), "{ours}");
        }
        for others in [
            "evil.example",
            "evil.example:8080",
            "127.0.0.1.evil.example",
            "localhost.evil.example:8080",
            "127.0.0.1:8080.evil.example",
            "127.0.0.1:",
            "127.0.0.1:+80",
            "",
        ] {
            assert!(!asked(&[others]), "{others}");
        }
        assert!(!asked(&[]) && !asked(&["localhost", "evil.example"]));
    }
}
