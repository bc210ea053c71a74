//! Who calls: what the authoriser in front of the function has found out. That is IAM, or an HTTP
//! API that has validated a JWT.

use aws_lambda_events::apigw::{
    ApiGatewayRequestAuthorizer as Authorizer, ApiGatewayRequestAuthorizerIamDescription as Iam,
    ApiGatewayRequestAuthorizerJwtDescription as Jwt,
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use http::StatusCode;
use sha2::{Digest as _, Sha256};

use super::Problem;

/// How Cognito calls each session of an identity pool.
const SHARED_SESSION: &str = "CognitoIdentityCredentials";
/// What the ids of those begin with who are known by a token. An id of IAM's begins with four
/// capital letters (AWS: IAM user guide, unique ID prefixes) or is an account's number, so none of
/// these is one of those.
const BY_TOKEN: &str = "jwt:";

/// The id of who calls; none where nothing authorises. The same caller has the same id for good,
/// and no two have one.
///
/// # Errors
/// When the authoriser does not name one caller, and one only: 403.
pub(super) fn caller(authorizer: Option<&Authorizer>) -> Result<Option<String>, Problem> {
    let Some(authorizer) = authorizer else {
        return Ok(None);
    };
    match authorizer {
        Authorizer { fields, .. } if !fields.is_empty() => Err(ambiguous(
            "a Lambda authoriser has named the caller; only IAM and a validated JWT are believed",
        )),
        Authorizer {
            iam: Some(_),
            jwt: Some(_),
            ..
        } => Err(ambiguous(
            "both IAM and a JWT name the caller; a request has one authoriser",
        )),
        Authorizer { iam: Some(iam), .. } => by_iam(iam).map(Some),
        Authorizer { jwt: Some(jwt), .. } => by_token(jwt).map(Some),
        _ => Err(ambiguous("an authoriser has named nobody")),
    }
}

/// The id of who is known by a token of this issuer with this subject.
///
/// A subject is unique within its issuer (RFC 7519, section 4.1.2), so both are in it; a digest,
/// because a subject may be an address, may be long, and may hold what does not go into a path. It
/// is 47 characters long.
#[must_use]
pub fn subject(issuer: &str, subject: &str) -> String {
    // An issuer is a URL (OpenID Connect Core 1.0, section 2: `iss`), which has no NUL.
    let digest = Sha256::digest([issuer, subject].join("\0"));
    format!("{BY_TOKEN}{}", BASE64_URL_SAFE_NO_PAD.encode(digest))
}

/// IAM knows a caller by its role and the name of its session, and a Cognito identity pool gives
/// every user's session the same name (AWS: Cognito developer guide, identity pools): all its users
/// would be one customer.
fn by_iam(iam: &Iam) -> Result<String, Problem> {
    let shared = |id: &Option<String>| {
        let session = id.as_deref().and_then(|id| id.split_once(':'));
        session.is_some_and(|(_, session)| session == SHARED_SESSION)
    };
    if iam.cognito_identity.is_some() || shared(&iam.user_id) || shared(&iam.caller_id) {
        return Err(ambiguous(
            "every user of an identity pool has this caller's name; a caller is one customer: assume a role with the customer's id as the session's name, or send a JWT",
        ));
    }
    let id = iam.user_id.clone().filter(|id| !id.is_empty());
    id.ok_or_else(|| ambiguous("IAM has let the request in and named nobody"))
}

fn by_token(jwt: &Jwt) -> Result<String, Problem> {
    let claim = |name: &str| {
        let claim = jwt.claims.get(name).filter(|claim| !claim.is_empty());
        claim.ok_or_else(|| ambiguous(format!("the token has no claim {name}, so it is nobody's")))
    };
    Ok(subject(claim("iss")?, claim("sub")?))
}

fn ambiguous(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, detail)
}
