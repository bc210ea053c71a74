//! Requests to endpoints, the way a Function URL or an HTTP API makes them.

use aws_lambda_events::apigw::{
    ApiGatewayRequestAuthorizer as Authorizer, ApiGatewayRequestAuthorizerIamDescription as Iam,
    ApiGatewayRequestAuthorizerJwtDescription as Jwt, ApiGatewayV2httpRequest,
};
use http::{HeaderName, HeaderValue, Method};
use serde_json::Value;
use tidings_aws::http::{Serve, serve};
use tidings_core::catalogue::DeclaredEndpoint;

/// A request that is about to be made.
#[derive(Debug, Clone)]
#[must_use = "a request is made by `to`"]
pub struct Call(ApiGatewayV2httpRequest);

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
    let mut request = ApiGatewayV2httpRequest::default();
    request.body = Some(body.into());
    Call(request)
}

/// A request for what is at this path, which may have a query string (`/orders?limit=2`).
pub fn get(path: &str) -> Call {
    Call(ApiGatewayV2httpRequest::default()).at(path)
}

impl Call {
    /// At this path, which may have a query string.
    pub fn at(mut self, path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        self.0.raw_path = Some(path.to_owned());
        self.0.raw_query_string = Some(query.to_owned());
        self
    }

    /// IAM says that this user calls.
    pub fn caller(mut self, id: impl Into<String>) -> Self {
        let mut iam = Iam::default();
        iam.user_id = Some(id.into());
        self.authorizer().iam = Some(iam);
        self
    }

    /// An HTTP API has validated a JWT with these claims; the caller's id is [`tidings_aws::http::subject`] of `iss` and `sub`.
    pub fn token<'a>(mut self, claims: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut jwt = Jwt::default();
        let claims = claims.into_iter();
        jwt.claims = claims
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        self.authorizer().jwt = Some(jwt);
        self
    }

    fn authorizer(&mut self) -> &mut Authorizer {
        let context = &mut self.0.request_context;
        context.authorizer.get_or_insert_default()
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
    pub async fn to<E: Serve>(mut self, endpoint: &E) -> Answered {
        self.0.request_context.http.method =
            Method::from_bytes(E::METHOD.as_bytes()).expect("a method of HTTP");
        let response = serve(&DeclaredEndpoint::by::<E>(), endpoint, self.0).await;
        let body = response.body.unwrap_or_default();
        Answered {
            status: u16::try_from(response.status_code).expect("an HTTP status"),
            body: serde_json::from_str(&body).expect("endpoints answer with JSON"),
        }
    }
}
