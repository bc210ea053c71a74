//! Secrets of the environment and of a Secrets Manager that answers what it is told.

use aws_sdk_secretsmanager::config::{Credentials, SharedCredentialsProvider, retry::RetryConfig};
use aws_smithy_runtime_api::client::{
    behavior_version::BehaviorVersion,
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::body::SdkBody;
use aws_types::region::Region;
use secrecy::ExposeSecret as _;

use super::*;

mod crowd;

/// Answers every request so, if it asks for the secret.
#[derive(Debug, Clone)]
struct Answers(u16, String);

impl HttpConnector for Answers {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let asked = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
        assert_eq!(asked, r#"{"SecretId":"shop/crm"}"#);
        let status = self.0.try_into().unwrap();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(self.1.as_str()))))
    }
}

fn config(answers: Answers) -> SdkConfig {
    let connector = SharedHttpConnector::new(answers);
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "test", "test", None, None, "test",
        )))
        .retry_config(RetryConfig::disabled())
        .http_client(http_client_fn(move |_, _| connector.clone()))
        .build()
}

fn holding(value: &str) -> Answers {
    let value = serde_json::json!({ "Name": "shop/crm", "SecretString": value });
    Answers(200, value.to_string())
}

const CRM: Wanted = Wanted {
    name: "crm",
    fields: &[Field::Url, Field::Key],
};

async fn read(answers: Answers, variables: &[(&str, &str)]) -> Result<Secret, NoSecret> {
    let variables: Vec<_> = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let variable = move |name: &str| {
        let found = variables.iter().find(|(one, _)| one == name)?;
        Some(found.1.clone())
    };
    Secret::read(CRM, &config(answers), &variable).await
}

fn shown(field: &Option<SecretString>) -> &str {
    field.as_ref().unwrap().expose_secret()
}

const DEPLOYED: (&str, &str) = ("SECRET_CRM", "shop/crm");

#[tokio::test]
async fn a_line_break_behind_a_field_is_none_of_it() {
    let kept = holding(r#"{"url":"https://crm.example\n","key":" whsec_1\n"}"#);
    let said = [("CRM_URL", "https://crm.example\n"), ("CRM_KEY", "whsec_1\n")];
    for (answers, variables) in [(kept, &[DEPLOYED][..]), (holding(""), &said[..])] {
        let secret = read(answers, variables).await.unwrap();
        assert_eq!(
            (shown(&secret.url), shown(&secret.key)),
            ("https://crm.example", "whsec_1")
        );
    }
}

#[tokio::test]
async fn a_deployed_function_reads_the_secret_that_it_is_told() {
    let secret = read(
        holding(r#"{"url":"https://crm.example","key":"whsec_1"}"#),
        &[DEPLOYED],
    )
    .await;
    let secret = secret.unwrap();
    assert_eq!(
        (shown(&secret.url), shown(&secret.key)),
        ("https://crm.example", "whsec_1")
    );
}

#[tokio::test]
async fn what_the_environment_says_wins_and_if_it_says_all_nobody_else_is_asked() {
    let local = ("CRM_URL", "http://127.0.0.1:1");
    let secret = read(
        holding(r#"{"url":"https://crm.example","key":"whsec_1"}"#),
        &[DEPLOYED, local],
    )
    .await;
    let secret = secret.unwrap();
    assert_eq!(
        (shown(&secret.url), shown(&secret.key)),
        ("http://127.0.0.1:1", "whsec_1")
    );

    let refuses = Answers(500, String::new());
    let secret = read(refuses, &[DEPLOYED, local, ("CRM_KEY", "whsec_2")])
        .await
        .unwrap();
    assert_eq!(shown(&secret.key), "whsec_2");
}

#[tokio::test]
async fn who_has_told_nothing_is_told_which_variables_there_are() {
    let missing = read(holding("{}"), &[]).await.unwrap_err().to_string();
    assert_eq!(
        missing,
        "the secret crm is not said: the variable SECRET_CRM names it in Secrets Manager where it is deployed; locally CRM_URL and CRM_KEY say it"
    );
}

#[tokio::test]
async fn a_wrong_secret_is_named_with_what_it_should_be_and_not_with_what_it_is() {
    let not_there = Answers(400, r#"{"__type":"ResourceNotFoundException"}"#.to_owned());
    for (answers, why) in [
        (not_there, "is not there"),
        (holding("whsec_51H8"), "is no JSON object"),
        (holding(r#"["whsec_51H8"]"#), "is no JSON object"),
        (
            holding(r#"{"url":"https://crm.example","key":["whsec_51H8"]}"#),
            "has a field that is no text, or an empty one",
        ),
        (
            holding(r#"{"url":"","key":"whsec_51H8"}"#),
            "has a field that is no text, or an empty one",
        ),
        (
            holding(r#"{"url":"https://crm.example","kye":"whsec_51H8"}"#),
            "has a field that is neither \"url\" nor \"key\"",
        ),
        (
            holding(r#"{"url":"https://crm.example"}"#),
            "has no field \"key\"",
        ),
        (holding(r#"{"key":"whsec_51H8"}"#), "has no field \"url\""),
    ] {
        let said = read(answers, &[DEPLOYED]).await.unwrap_err();
        let (shown, said) = (format!("{said:?}"), said.to_string());
        assert!(
            said.starts_with(&format!(
                "the secret shop/crm {why}; make it with: aws secretsmanager create-secret --name shop/crm"
            )),
            "{said}"
        );
        assert!(
            said.ends_with(
                r#"--secret-id shop/crm --secret-string file://crm.json; the file holds {"url":"…","key":"…"}"#
            ),
            "{said}"
        );
        assert!(
            !said.contains("51H8") && !shown.contains("51H8"),
            "{said} {shown}"
        );
    }
}

#[tokio::test]
async fn a_secrets_manager_that_refuses_says_why() {
    let denied = Answers(
        400,
        r#"{"__type":"AccessDeniedException","message":"not authorized"}"#.to_owned(),
    );
    let said = read(denied, &[DEPLOYED]).await.unwrap_err().to_string();
    assert!(
        said.starts_with("the secret shop/crm cannot be read: ") && said.contains("AccessDenied"),
        "{said}"
    );
}

#[test]
fn a_secret_shows_nothing() {
    let secret = Secret {
        url: Some("https://hooks.slack.com/services/T/B/51H8".into()),
        key: Some("whsec_51H8".into()),
    };
    assert!(!format!("{secret:?}").contains("51H8"));
}
