//! Requests to endpoints, the way a Function URL makes them.

use aws_lambda_events::lambda_function_urls::{
    LambdaFunctionUrlRequest, LambdaFunctionUrlRequestContextAuthorizerDescription as Authorizer,
    LambdaFunctionUrlRequestContextAuthorizerIamDescription as Iam,
};
use http::{HeaderName, HeaderValue};
use serde_json::Value;
use tidings_aws::http::{Serve, serve};
use tidings_core::catalogue::DeclaredEndpoint;

/// A request that is about to be made.
#[derive(Debug, Clone)]
#[must_use = "a request is made by `to`"]
pub struct Call(LambdaFunctionUrlRequest);

/// What was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// The body: the answer, or problem details (RFC 9457).
    pub body: Value,
}

/// A request with this JSON.
pub fn post(body: &Value) -> Call {
    post_text(body.to_string())
}

/// A request with this body, whatever it is.
pub fn post_text(body: impl Into<String>) -> Call {
    let mut request = LambdaFunctionUrlRequest::default();
    request.body = Some(body.into());
    Call(request)
}

/// A request for what is at this path, which may have a query string (`/orders?limit=2`).
pub fn get(path: &str) -> Call {
    Call(LambdaFunctionUrlRequest::default()).at(path)
}

impl Call {
    /// At this path, which may have a query string.
    pub fn at(mut self, path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        self.0.raw_path = Some(path.to_owned());
        self.0.raw_query_string = Some(query.to_owned());
        self
    }

    /// The authoriser says that this user calls.
    pub fn caller(mut self, id: impl Into<String>) -> Self {
        let mut iam = Iam::default();
        iam.user_id = Some(id.into());
        let mut authorizer = Authorizer::default();
        authorizer.iam = Some(iam);
        self.0.request_context.authorizer = Some(authorizer);
        self
    }

    /// With this header.
    ///
    /// # Panics
    /// When a header cannot have such a name or value.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        self.0
            .headers
            .insert(name, HeaderValue::from_str(value).expect("a header's value"));
        self
    }

    /// Makes the request, through all that stands before the handler when it is deployed.
    ///
    /// # Panics
    /// When the answer is no JSON.
    pub async fn to<E: Serve>(self, endpoint: &E) -> Answered {
        let response = serve(&DeclaredEndpoint::by::<E>(), endpoint, self.0).await;
        let body = response.body.unwrap_or_default();
        Answered {
            status: u16::try_from(response.status_code).expect("an HTTP status"),
            body: serde_json::from_str(&body).expect("endpoints answer with JSON"),
        }
    }
}
