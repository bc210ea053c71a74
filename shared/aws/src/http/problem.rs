//! Why a request was not served: RFC 9457 problem details.

use aws_lambda_events::lambda_function_urls::LambdaFunctionUrlResponse;
use http::StatusCode;
use problem_details::ProblemDetails;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use tidings_core::Failure;

use super::{pointer::fragment, response, with_body};
use crate::event_store::WorkError;

/// Why a request was not served: RFC 9457 problem details.
#[derive(Debug, Clone)]
pub struct Problem {
    pub(super) status: StatusCode,
    pub(super) detail: String,
    errors: Vec<FieldError>,
    told: Map<String, Value>,
    pub(super) cause: Option<String>,
}

/// What is wrong with one field (the extension member `errors` of RFC 9457, section 3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldError {
    /// A JSON pointer to the field of the body, as a URI fragment (RFC 6901, section 6).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pointer: String,
    /// The name of the parameter, where it is one of the path, of the query string or a header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What is wrong with it.
    pub detail: String,
}

impl FieldError {
    /// Says what is wrong with the field at `pointer` (`/items/0/quantity`), a JSON pointer (RFC 6901, section 3).
    #[must_use]
    pub fn new(pointer: impl AsRef<str>, detail: impl Into<String>) -> Self {
        Self {
            pointer: fragment(pointer.as_ref()),
            parameter: None,
            detail: detail.into(),
        }
    }

    fn name(&self) -> &str {
        let field = || self.pointer.trim_start_matches('#');
        self.parameter.as_deref().unwrap_or_else(field)
    }

    /// Says what is wrong with a parameter of the path or of the query string, or with a header.
    #[must_use]
    pub fn parameter(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: String::new(),
            parameter: Some(name.into()),
            detail: detail.into(),
        }
    }
}

#[derive(Serialize)]
struct Extensions {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    #[serde(flatten)]
    told: Map<String, Value>,
}

impl Problem {
    /// A problem without a field.
    #[must_use]
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            errors: Vec::new(),
            told: Map::new(),
            cause: None,
        }
    }

    /// Fields of the body are wrong (422).
    #[must_use]
    pub fn fields(errors: Vec<FieldError>) -> Self {
        Self::with(StatusCode::UNPROCESSABLE_ENTITY, errors)
    }

    /// A parameter of the query string, or a header, is wrong (400).
    #[must_use]
    pub fn parameter(error: FieldError) -> Self {
        Self::with(StatusCode::BAD_REQUEST, vec![error])
    }

    /// A field of the body is right by itself, and what is there does not allow it (409). What is wrong by itself is 422 ([`Problem::fields`]).
    #[must_use]
    pub fn conflict(error: FieldError) -> Self {
        Self::with(StatusCode::CONFLICT, vec![error])
    }

    /// There is no such thing (404).
    #[must_use]
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// What the log says of it: which fields are wrong, and not what was in them.
    pub(super) fn logged(&self) -> String {
        if self.errors.is_empty() {
            return self.detail.clone();
        }
        let names: Vec<_> = self.errors.iter().map(FieldError::name).collect();
        format!("wrong: {}", names.join(", "))
    }

    fn with(status: StatusCode, errors: Vec<FieldError>) -> Self {
        let first = errors.first().map(|error| {
            format!("{} {}", error.name(), error.detail)
                .trim_start()
                .to_owned()
        });
        Self {
            status,
            detail: first.unwrap_or_else(|| "the request is not valid".to_owned()),
            errors,
            told: Map::new(),
            cause: None,
        }
    }

    /// Something that the service needs does not answer (503); the same request may be sent again.
    #[must_use]
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }

    /// Names the fields of the body that it is about.
    #[must_use]
    pub fn naming(self, errors: Vec<FieldError>) -> Self {
        Self { errors, ..self }
    }

    /// Tells something else that a program can act on, in a member of its own (RFC 9457, section 3.2: extension members). The names of
    /// the standard's members (`type`, `title`, `status`, `detail`, `instance`) and `errors` are taken.
    #[must_use]
    pub fn telling(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.told.insert(name.to_owned(), value.into());
        self
    }

    /// Keeps what is behind the problem, for the log; the caller is not told.
    #[must_use]
    pub fn because(self, cause: impl Into<String>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..self
        }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What is wrong with which fields.
    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// The answer, `application/problem+json`.
    #[must_use]
    pub fn response(self) -> LambdaFunctionUrlResponse {
        let status = self.status;
        let details = ProblemDetails::from_status_code(status)
            .with_detail(self.detail)
            .with_extensions(Extensions {
                errors: self.errors,
                told: self.told,
            });
        let body = serde_json::to_string(&details).expect("a problem holds only text");
        with_body(response(status), "application/problem+json", body)
    }
}

impl From<Failure> for Problem {
    /// What may pass is 503, and what will not is 500; the caller is told neither's reason.
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Transient { .. } => Self::unavailable("the service cannot do this now; try again")
                .because(failure.reason().to_owned()),
            Failure::Permanent { .. } => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the service cannot do this")
                    .because(failure.reason().to_owned())
            }
        }
    }
}

impl<R: Into<Self>> From<WorkError<R>> for Problem {
    /// A refusal is the aggregate's own problem; what changes too often to be decided is 409.
    fn from(error: WorkError<R>) -> Self {
        match error {
            WorkError::Refused(refusal) => refusal.into(),
            WorkError::Conflict(id) => {
                let detail = format!("{id} changes so often that this could not be decided; try again");
                Self::new(StatusCode::CONFLICT, detail)
            }
            WorkError::Failed(failure) => failure.into(),
        }
    }
}
