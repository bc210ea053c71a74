//! What an endpoint answers.

use std::{fmt, marker::PhantomData};

use http::StatusCode;
use tidings_core::catalogue::Endpoint;

/// A JSON answer of the endpoint `E`: of the type and with the status that it declares.
pub struct Answer<E> {
    status: StatusCode,
    /// As it is sent: an answer that is given again is the same byte for byte.
    body: String,
    endpoint: PhantomData<fn() -> E>,
}

impl<E: Endpoint> Answer<E> {
    const STATUS: StatusCode = match StatusCode::from_u16(E::STATUS) {
        Ok(status) => status,
        Err(_) => panic!("the endpoint declares a status that is none"),
    };

    /// An answer that says this.
    ///
    /// # Panics
    /// When the type cannot be written as JSON (a map whose keys are no texts): a mistake in the endpoint, which every answer shows.
    #[must_use]
    pub fn new(body: &E::Answer) -> Self {
        let body = serde_json::to_string(body).expect("the type of an answer is written as JSON");
        Self::kept(Self::STATUS, body)
    }

    /// An answer that was given before.
    pub(super) fn kept(status: StatusCode, body: String) -> Self {
        Self {
            status,
            body,
            endpoint: PhantomData,
        }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The body, as it is sent.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    pub(super) fn into_body(self) -> String {
        self.body
    }
}

impl<E: Endpoint> fmt::Debug for Answer<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} from {}", self.status, E::NAME)
    }
}
