//! Who calls, by the payloads that AWS documents (Lambda developer guide, invoking function URLs;
//! API Gateway developer guide, Lambda proxy integrations for HTTP APIs, payload format version
//! 2.0), and which of them an endpoint takes by which door.

mod table;

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use lambda_runtime::{Context, LambdaEvent};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tidings_aws::http::{Answer, Door, Front, Problem, Request, Serve, serve, serve_through, subject};
use tidings_core::catalogue::{Callers, DeclaredEndpoint, Endpoint};

const ISSUER: &str = "https://id.shop.example";
/// The invocation that the sample of a Function URL names.
const INVOCATION: &str = "e1506fd5-9e7b-434f-bd42-4f8fa224b599";

fn url() -> Value {
    serde_json::from_str(include_str!("function-url.json")).unwrap()
}

fn api() -> Value {
    serde_json::from_str(include_str!("http-api.json")).unwrap()
}

/// The sample, with this instead of what stands at the JSON pointer.
fn with(mut sample: Value, pointer: &str, value: Value) -> Value {
    *sample.pointer_mut(pointer).expect(pointer) = value;
    sample
}

/// The HTTP API's sample for what is signed.
fn api_by_iam() -> Value {
    let iam = url()["requestContext"]["authorizer"].clone();
    with(api(), "/requestContext/authorizer", iam)
}

/// Answers who asks.
struct TakeNote<const STAFF: bool>;

#[derive(Deserialize, JsonSchema)]
struct Nothing {}

#[derive(Serialize, JsonSchema)]
struct By {
    caller: Option<String>,
}

impl<const STAFF: bool> Endpoint for TakeNote<STAFF> {
    const NAME: &'static str = "take-note";
    const SERVICE: &'static str = "notes";
    const SUMMARY: &'static str = "A note.";
    const METHOD: &'static str = "POST";
    const PATH: &'static str = "/notes";
    const CALLERS: Callers = if STAFF { Callers::Staff } else { Callers::Customers };
    type Body = Nothing;
    type Query = ();
    type Answer = By;
}

impl<const STAFF: bool> Serve for TakeNote<STAFF> {
    async fn serve(&self, request: &Request<Self>) -> Result<Answer<Self>, Problem> {
        request.json()?;
        let caller = request.actor().id;
        Ok(Answer::new(&By { caller }))
    }
}

/// Who is said to have asked; or why nobody was served.
async fn asked<const STAFF: bool>(door: Option<&Door>, payload: &Value) -> Result<Option<String>, String> {
    let payload: ApiGatewayV2httpRequest = serde_json::from_value(payload.clone()).unwrap();
    let mut context = Context::default();
    context.request_id = INVOCATION.to_owned();
    let declared = DeclaredEndpoint::by::<TakeNote<STAFF>>();
    let event = LambdaEvent::new(payload, context);
    let answer = serve_through(door, &declared, &TakeNote::<STAFF>, event).await;
    let body: Value = serde_json::from_str(&answer.body.unwrap()).unwrap();
    match answer.status_code {
        200 => Ok(body["caller"].as_str().map(ToOwned::to_owned)),
        403 => Err(body["detail"].as_str().unwrap().to_owned()),
        other => panic!("{other}: {body}"),
    }
}

fn door(front: Front) -> Door {
    Door::new(front, false)
}

fn tokens() -> Door {
    let issuer = Some(ISSUER.to_owned());
    door(Front::Api { issuer })
}

const SIGNED: Front = Front::Url { signed: true };

#[tokio::test]
async fn behind_a_url_or_an_http_api_the_same_function_knows_its_caller() {
    let by_url = asked::<false>(Some(&door(SIGNED)), &url()).await;
    assert_eq!(by_url.unwrap().as_deref(), Some("AROAEXAMPLE:usr-ada"));
    let by_token = asked::<false>(Some(&tokens()), &api()).await;
    assert_eq!(by_token.unwrap(), Some(subject(ISSUER, "auth0|65f0c0ffee")));
    let staff = asked::<true>(Some(&tokens()), &api_by_iam()).await;
    assert_eq!(staff.unwrap().as_deref(), Some("AROAEXAMPLE:usr-ada"));
    for open in [url(), api()] {
        let nobody = with(open, "/requestContext/authorizer", Value::Null);
        assert_eq!(asked::<false>(None, &nobody).await, Ok(None));
    }
}

#[tokio::test]
async fn a_caller_who_is_not_one_is_refused_by_every_door_and_without_one() {
    let authorizer = "/requestContext/authorizer";
    let claims = |claims: Value| with(api(), "/requestContext/authorizer/jwt/claims", claims);
    let both = json!({
        "iam": url()["requestContext"]["authorizer"]["iam"],
        "jwt": api()["requestContext"]["authorizer"]["jwt"],
    });
    let pool =
        json!({ "amr": ["authenticated"], "identityId": "eu-west-1:1", "identityPoolId": "eu-west-1:2" });
    let refused = [
        (with(api(), authorizer, both.clone()), "both IAM and a JWT"),
        (with(url(), authorizer, both), "both IAM and a JWT"),
        (
            with(api(), authorizer, json!({ "lambda": { "sub": "ada" } })),
            "a Lambda authoriser",
        ),
        (with(api(), authorizer, json!({})), "named nobody"),
        (
            with(url(), "/requestContext/authorizer/iam/userId", Value::Null),
            "named nobody",
        ),
        (
            with(url(), "/requestContext/authorizer/iam/userId", json!("")),
            "named nobody",
        ),
        (
            with(
                url(),
                "/requestContext/authorizer/iam/userId",
                json!("AROA:CognitoIdentityCredentials"),
            ),
            "identity pool",
        ),
        (
            with(
                url(),
                "/requestContext/authorizer/iam/callerId",
                json!("AROA:CognitoIdentityCredentials"),
            ),
            "identity pool",
        ),
        (
            with(url(), "/requestContext/authorizer/iam/cognitoIdentity", pool),
            "identity pool",
        ),
        (claims(json!({ "iss": ISSUER })), "no claim sub"),
        (claims(json!({ "iss": ISSUER, "sub": "" })), "no claim sub"),
        (claims(json!({ "sub": "ada" })), "no claim iss"),
    ];
    for (payload, why) in refused {
        let detail = asked::<false>(None, &payload).await.unwrap_err();
        assert!(detail.contains(why), "{detail}, and not: {why}");
        for door in [door(SIGNED), tokens(), door(Front::Url { signed: false })] {
            asked::<false>(Some(&door), &payload).await.unwrap_err();
        }
    }
}

#[test]
fn a_token_and_a_role_are_never_one_caller_nor_two_issuers() {
    let ids = [
        subject(ISSUER, "AROAEXAMPLE:usr-ada"),
        subject("https://id.shop.example/", "AROAEXAMPLE:usr-ada"),
        subject("https://id.shop.exampleA", "ROAEXAMPLE:usr-ada"),
        subject(ISSUER, "aroaexample:usr-ada"),
        "AROAEXAMPLE:usr-ada".to_owned(),
    ];
    for (place, id) in ids.iter().enumerate() {
        assert!(!ids[..place].contains(id), "{id}");
    }
    for by_token in &ids[..4] {
        assert_eq!((&by_token[..4], by_token.len()), ("jwt:", 47));
        let safe = |byte: u8| byte.is_ascii_alphanumeric() || b":-_".contains(&byte);
        assert!(by_token.bytes().all(safe), "{by_token} goes into a path as it is");
    }
    // As a shell makes it (docs/callers.md), so that whoever has a subject finds the customer.
    assert_eq!(
        subject(ISSUER, "ada"),
        "jwt:YAII4582lYxma60e2LlIBEX1FMiP_PAxkQLJJL52X9k"
    );
}

#[tokio::test]
async fn a_payload_that_the_door_never_makes_is_refused() {
    let named = Door::new(SIGNED, true);
    let remove = |mut sample: Value, field: &str| {
        sample["requestContext"]
            .as_object_mut()
            .unwrap()
            .remove(field)
            .unwrap();
        sample
    };
    let other = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
    let (signed, open) = (door(SIGNED), door(Front::Url { signed: false }));
    let refused = [
        (&signed, remove(url(), "domainName"), "domainName"),
        (&signed, remove(url(), "apiId"), "apiId"),
        (&signed, remove(url(), "authorizer"), "IAM has not named"),
        (
            &signed,
            with(url(), "/requestContext/http/sourceIp", Value::Null),
            "sourceIp",
        ),
        (&signed, with(url(), "/version", json!("1.0")), "version"),
        (
            &signed,
            with(url(), "/requestContext/domainName", json!("shop.example")),
            "no Function URL's",
        ),
        (
            &signed,
            with(url(), "/requestContext/apiId", json!("another")),
            "no Function URL's",
        ),
        (&signed, api(), "no Function URL's"),
        (
            &named,
            with(url(), "/requestContext/requestId", json!(other)),
            "not this invocation's",
        ),
        (&named, remove(url(), "requestId"), "not this invocation's"),
        (&open, url(), "nothing authorises here"),
        (&tokens(), url(), "another endpoint's"),
        (
            &tokens(),
            with(api(), "/requestContext/routeKey", json!("POST /notes/{id}")),
            "another endpoint's",
        ),
        (
            &tokens(),
            with(api(), "/requestContext/routeKey", json!("$default")),
            "another endpoint's",
        ),
        (&tokens(), remove(api(), "authorizer"), "no token"),
        (&tokens(), api_by_iam(), "customers have a token"),
        (
            &tokens(),
            with(
                api(),
                "/requestContext/authorizer/jwt/claims/iss",
                json!("https://evil.example"),
            ),
            "another issuer",
        ),
        (
            &door(Front::Api { issuer: None }),
            api(),
            "nothing authorises here",
        ),
    ];
    for (door, payload, why) in refused {
        let detail = asked::<false>(Some(door), &payload).await.unwrap_err();
        assert!(detail.contains(why), "{detail}, and not: {why}");
    }
    asked::<true>(Some(&tokens()), &api()).await.unwrap_err();
    assert_eq!(
        asked::<false>(Some(&named), &url()).await,
        asked::<false>(Some(&signed), &url()).await
    );
}

#[tokio::test]
async fn what_invoke_alone_gives_is_refused_however_the_payload_looks() {
    let declared = DeclaredEndpoint::by::<TakeNote<false>>();
    let payload: ApiGatewayV2httpRequest = serde_json::from_value(url()).unwrap();
    let mut context = Context::default();
    context.client_context = serde_json::from_value(json!({
        "client": {
            "installationId": "", "appTitle": "", "appVersionName": "", "appVersionCode": "", "appPackageName": ""
        },
        "custom": {},
        "environment": {}
    }))
    .unwrap();
    assert!(context.client_context.is_some());
    let event = LambdaEvent::new(payload.clone(), context);
    let answer = serve_through(Some(&door(SIGNED)), &declared, &TakeNote::<false>, event).await;
    assert_eq!(answer.status_code, 403);
    assert_eq!(
        serve(&declared, &TakeNote::<false>, payload).await.status_code,
        200
    );
}

#[test]
fn a_payload_without_what_http_has_is_no_request_at_all() {
    let mut payload = url();
    payload["requestContext"]["http"]
        .as_object_mut()
        .unwrap()
        .remove("method")
        .unwrap();
    serde_json::from_value::<ApiGatewayV2httpRequest>(payload).unwrap_err();
}
