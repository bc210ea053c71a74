//! Alarms that ring, asked of CloudWatch: one operation (`DescribeAlarms`), by AWS JSON 1.0, signed by the SDK's own crate. The SDK of
//! CloudWatch can compress requests, and brings a second HTTP stack for that, which every build would pay for.

use std::time::{Duration, SystemTime};

use anyhow::{Context as _, ensure};
use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use tidings_operations::doctor::Ringing;

const HEADERS: [(&str, &str); 2] = [
    ("content-type", "application/x-amz-json-1.0"),
    ("x-amz-target", "GraniteServiceVersion20100801.DescribeAlarms"),
];
const LONGEST: Duration = Duration::from_secs(20);
/// Alarms of a page, at most (AWS: CloudWatch API, `DescribeAlarms`).
const PAGE: u32 = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    #[serde(default)]
    metric_alarms: Vec<Alarm>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Alarm {
    alarm_name: String,
    #[serde(default)]
    alarm_description: String,
    /// When it began to ring; the other is newer where only its reason changed.
    state_transitioned_timestamp: Option<Value>,
    state_updated_timestamp: Option<Value>,
}

/// Every alarm of the account and region that rings.
pub async fn ringing(config: &SdkConfig) -> anyhow::Result<Vec<Ringing>> {
    let (mut ringing, mut next) = (Vec::new(), None);
    loop {
        let page = page(config, next).await?;
        ringing.extend(page.metric_alarms.into_iter().map(told));
        next = page.next_token;
        if next.is_none() {
            return Ok(ringing);
        }
    }
}

fn told(alarm: Alarm) -> Ringing {
    let since = alarm
        .state_transitioned_timestamp
        .or(alarm.state_updated_timestamp);
    Ringing {
        name: alarm.alarm_name,
        description: alarm.alarm_description,
        since: since.as_ref().and_then(moment),
    }
}

/// A time: AWS JSON has seconds since 1970, emulators also text.
fn moment(time: &Value) -> Option<Timestamp> {
    match time {
        Value::String(text) => text.parse().ok(),
        other => Timestamp::from_second(other.as_f64()? as i64).ok(),
    }
}

async fn page(config: &SdkConfig, next: Option<String>) -> anyhow::Result<Page> {
    let mut body = json!({ "StateValue": "ALARM", "MaxRecords": PAGE });
    if let Some(next) = next {
        body["NextToken"] = next.into();
    }
    let request = signed(config, body.to_string()).await?;
    let client = reqwest::Client::builder().timeout(LONGEST).build()?;
    let answer = client.execute(request.try_into()?).await?;
    let (status, text) = (answer.status(), answer.text().await?);
    ensure!(status.is_success(), "{status}: {text}");
    serde_json::from_str(&text).context("the answer to DescribeAlarms")
}

/// The request with its signature (AWS: IAM, Signature Version 4).
async fn signed(config: &SdkConfig, body: String) -> anyhow::Result<http::Request<String>> {
    let region = config.region().context("no region is configured")?.as_ref();
    let end = if region.starts_with("cn-") { ".cn" } else { "" };
    let address = match config.endpoint_url() {
        Some(endpoint) => format!("{}/", endpoint.trim_end_matches('/')),
        None => format!("https://monitoring.{region}.amazonaws.com{end}/"),
    };
    let credentials = config
        .credentials_provider()
        .context("no credentials are configured")?
        .provide_credentials()
        .await?;
    let identity = credentials.into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("monitoring")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()?
        .into();
    let signable = SignableRequest::new(
        "POST",
        address.as_str(),
        HEADERS.into_iter(),
        SignableBody::Bytes(body.as_bytes()),
    )?;
    let (signature, _) = sign(signable, &parameters)?.into_parts();
    let mut request = http::Request::post(&address);
    for (name, value) in HEADERS {
        request = request.header(name, value);
    }
    let mut request = request.body(body)?;
    signature.apply_to_request_http1x(&mut request);
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_is_read_as_aws_and_as_emulators_tell_it() {
        let page = json!({ "MetricAlarms": [
            { "AlarmName": "create-invoice-lags", "AlarmDescription": "It lags. Run: tidings doctor",
              "StateTransitionedTimestamp": 1764547200.25, "StateUpdatedTimestamp": 1764550800 },
            { "AlarmName": "create-invoice-fails", "StateUpdatedTimestamp": "2025-12-01T00:00:00Z" },
        ] });
        let page: Page = serde_json::from_value(page).unwrap();
        let ringing: Vec<_> = page.metric_alarms.into_iter().map(told).collect();
        let since: Timestamp = "2025-12-01T00:00:00Z".parse().unwrap();
        assert!(
            ringing.iter().all(|alarm| alarm.since == Some(since)),
            "{ringing:?}"
        );
        assert_eq!(ringing[0].description, "It lags. Run: tidings doctor");
    }
}
