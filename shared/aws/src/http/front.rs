//! What stands in front of a deployed endpoint, and which payloads it does not make.
//!
//! Whoever may call `Invoke` on a function writes the whole payload, the authoriser's part too.
//! That is for permissions to prevent (`tidings policy caller`). What can be told here is a payload
//! that this front never makes: of another kind, without what HTTP has, for another route, or with
//! another sort of caller.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use http::StatusCode;
use lambda_runtime::Context;
use tidings_core::catalogue::{Callers, DeclaredEndpoint};

use super::Problem;
use crate::environment::{ConfigError, optional, required};

/// What stands in front of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Front {
    /// Its Function URL. `signed`: with the authorisation type `AWS_IAM`.
    Url {
        /// Whether IAM names a caller.
        signed: bool,
    },
    /// A route of an HTTP API. What is for staff is signed; the rest has a token of this issuer, or
    /// nobody's, where the route is open.
    Api {
        /// Who names a caller; nobody where the route is open to everybody.
        issuer: Option<String>,
    },
}

/// What comes to a deployed endpoint by the front that it has, and by nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    front: Front,
    /// Whether the payload has to name the invocation that it comes with.
    named: bool,
}

impl Door {
    /// A door in this front. `named`: a Function URL's payload has to name its own invocation
    /// ([`Door::admit`]).
    #[must_use]
    pub const fn new(front: Front, named: bool) -> Self {
        Self { front, named }
    }

    /// What the infrastructure says: `FRONT` (`signed-url`, `open-url`, `http-api`,
    /// `open-http-api`), `JWT_ISSUER`, and `INVOCATION` (`named`). Nothing where `FRONT` is not
    /// set: on a developer's machine, and in a system whose tests invoke functions themselves.
    ///
    /// # Errors
    /// Another value, or an HTTP API without an issuer.
    pub fn of_this_process() -> Result<Option<Self>, ConfigError> {
        let Some(front) = optional("FRONT") else {
            return Ok(None);
        };
        let front = match front.as_str() {
            "signed-url" => Front::Url { signed: true },
            "open-url" => Front::Url { signed: false },
            "http-api" => Front::Api {
                issuer: Some(required("JWT_ISSUER")?),
            },
            "open-http-api" => Front::Api { issuer: None },
            _ => return Err(ConfigError("FRONT".to_owned())),
        };
        let named = optional("INVOCATION").is_some_and(|value| value == "named");
        Ok(Some(Self::new(front, named)))
    }

    /// Refuses what has not come through this front.
    ///
    /// A Function URL's payload has the id of its own invocation (AWS: Lambda developer guide,
    /// invoking function URLs: `requestContext.requestId`, "the ID of the invocation request").
    /// Lambda chooses it when `Invoke` is called, so whoever calls that cannot have written it. An
    /// HTTP API's payload has the API's own id.
    ///
    /// # Errors
    /// A [`Problem`]: 403, with what shows that it has not.
    pub fn admit(
        &self,
        declared: &DeclaredEndpoint,
        request: &ApiGatewayV2httpRequest,
        invocation: &Context,
    ) -> Result<(), Problem> {
        let wrong = match self.strange(declared, request, invocation) {
            Some(wrong) => wrong,
            None => return Ok(()),
        };
        let detail = format!("the request has not come by HTTP: {wrong}");
        Err(Problem::new(StatusCode::FORBIDDEN, detail))
    }

    fn strange(
        &self,
        declared: &DeclaredEndpoint,
        request: &ApiGatewayV2httpRequest,
        invocation: &Context,
    ) -> Option<&'static str> {
        let context = &request.request_context;
        if invocation.client_context.is_some() {
            return Some("it has a client context, which only Invoke gives");
        }
        if request.version.as_deref() != Some("2.0") {
            return Some("version is not 2.0");
        }
        if context.http.source_ip.as_deref().is_none_or(str::is_empty) {
            return Some("requestContext.http.sourceIp is missing");
        }
        let (api, domain) = (context.apiid.as_deref(), context.domain_name.as_deref());
        let (Some(api), Some(domain)) = (api.filter(|api| !api.is_empty()), domain) else {
            return Some("requestContext.apiId and domainName are missing");
        };
        match &self.front {
            Front::Url { .. } if !domain.starts_with(&format!("{api}.lambda-url.")) => {
                return Some("requestContext.domainName is no Function URL's");
            }
            Front::Url { .. }
                if self.named && context.request_id.as_ref() != Some(&invocation.request_id) =>
            {
                return Some("requestContext.requestId is not this invocation's");
            }
            Front::Api { .. } if !is_route(context.route_key.as_deref(), declared) => {
                return Some("requestContext.routeKey is another endpoint's");
            }
            _ => {}
        }
        self.not_authorised(declared, request)
    }

    /// What is wrong with the authoriser's part, which this front always makes in one way.
    fn not_authorised(
        &self,
        declared: &DeclaredEndpoint,
        request: &ApiGatewayV2httpRequest,
    ) -> Option<&'static str> {
        let authorizer = request.request_context.authorizer.as_ref();
        let iam = authorizer.is_some_and(|authorizer| authorizer.iam.is_some());
        let jwt = authorizer.and_then(|authorizer| authorizer.jwt.as_ref());
        match (&self.front, declared.callers) {
            (Front::Url { signed: true }, _) | (_, Callers::Staff) => {
                (!iam || jwt.is_some()).then_some("IAM has not named the caller")
            }
            (Front::Url { signed: false } | Front::Api { issuer: None }, Callers::Customers) => authorizer
                .is_some()
                .then_some("it names a caller, and nothing authorises here"),
            (Front::Api { issuer: Some(issuer) }, Callers::Customers) => match jwt {
                _ if iam => Some("IAM has named the caller, and customers have a token"),
                None => Some("no token has been validated"),
                Some(jwt) if jwt.claims.get("iss") != Some(issuer) => {
                    Some("the token is of another issuer than JWT_ISSUER")
                }
                Some(_) => None,
            },
        }
    }
}

/// `POST /orders`: a route has the method and the path of its endpoint (`infra/lib/api-stack.ts`).
fn is_route(key: Option<&str>, declared: &DeclaredEndpoint) -> bool {
    let found = key.and_then(|key| key.split_once(' '));
    found.is_some_and(|(method, path)| method == declared.method && path == declared.path)
}
