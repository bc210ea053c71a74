//! The one place that turns what a provider answers, or that it does not, into a failure.

use tidings_core::Failure;

use super::Answer;

/// The failure that an answer is, by its status (RFC 9110, 15; RFC 6585, 4).
///
/// Who is limited or broken comes to himself (429, 408, 5xx), and says when where it can. A key that is refused (401, 403) is nobody's event:
/// whoever deployed it puts it right, and what waits is done then. Everything else is about what we say, and stays refused.
///
/// `code` is the provider's word for it. A word is all that is taken over from a body: the rest may be a person's, or a secret.
pub(crate) fn refused(provider: &'static str, answer: &Answer, code: Option<&str>) -> Failure {
    let status = answer.status;
    let code = code.filter(|code| is_code(code));
    let why = code.map(|code| format!(": {code}")).unwrap_or_default();
    let reason = format!("{provider} answers {}{why}", status.as_u16());
    let again = |reason, class| {
        let failure = match answer.after {
            Some(after) => Failure::transient_after(reason, after),
            None => Failure::transient(reason),
        };
        failure.of_class(class)
    };
    match status.as_u16() {
        429 => again(reason, "Throttled"),
        408 => again(reason, "TimedOut"),
        401 | 403 => again(
            format!("{reason} (its key, in the secret, is not accepted)"),
            "Unauthorised",
        ),
        300..=399 => {
            Failure::permanent(format!("{reason} (redirects are not followed)")).of_class("Redirected")
        }
        500.. => again(reason, "Unavailable"),
        _ => Failure::permanent(reason).of_class("Refused"),
    }
}

/// The failure that no answer is. The address is left out: it may be a secret.
pub(super) fn unanswered(provider: &'static str, error: reqwest::Error) -> Failure {
    let error = error.without_url();
    let class = match &error {
        error if error.is_builder() => {
            return Failure::permanent(format!("a request to {provider} cannot be made: {error}"))
                .of_class("NoRequest");
        }
        error if error.is_timeout() => "TimedOut",
        error if error.is_connect() => "Unreachable",
        _ => "Interrupted",
    };
    let error = Failure::from(error);
    Failure::transient(format!("{provider} does not answer: {}", error.reason())).of_class(class)
}

/// Whether it is a word of a provider's list of codes, by its looks.
pub(crate) fn is_code(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=64).contains(&text.len()) && text.bytes().all(letter)
}
