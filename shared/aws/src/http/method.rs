//! Which methods an endpoint takes (RFC 9110, section 9): its own; HEAD where that is GET, which has the same answer without its body; and OPTIONS,
//! which names them.

use std::collections::BTreeSet;

/// What a request's method asks of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Its answer.
    Answer,
    /// Its answer without the body.
    Head,
    /// What methods it takes.
    Methods,
    /// Something that it does not do.
    Other,
}

impl Asked {
    /// What `method` asks of an endpoint that takes `taken`.
    pub(super) fn of(method: &str, taken: &str) -> Self {
        match method {
            own if own.eq_ignore_ascii_case(taken) => Self::Answer,
            "HEAD" if taken == "GET" => Self::Head,
            "OPTIONS" => Self::Methods,
            _ => Self::Other,
        }
    }
}

/// The header `Allow` of a place where endpoints with these methods are.
#[must_use]
pub fn allowed(methods: impl IntoIterator<Item = &'static str>) -> String {
    let mut allowed: BTreeSet<_> = methods.into_iter().collect();
    if allowed.contains("GET") {
        allowed.insert("HEAD");
    }
    allowed.insert("OPTIONS");
    allowed.into_iter().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_takes_its_method_and_says_which_it_is_and_a_query_takes_head() {
        for (method, taken, asked) in [
            ("POST", "POST", Asked::Answer),
            ("post", "POST", Asked::Answer),
            ("HEAD", "GET", Asked::Head),
            ("HEAD", "POST", Asked::Other),
            ("OPTIONS", "POST", Asked::Methods),
            ("PUT", "POST", Asked::Other),
        ] {
            assert_eq!(Asked::of(method, taken), asked, "{method} where {taken} is taken");
        }
        assert_eq!(allowed(["POST", "GET"]), "GET, HEAD, OPTIONS, POST");
        assert_eq!(allowed(["PUT"]), "OPTIONS, PUT");
    }
}
