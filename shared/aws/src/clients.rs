//! AWS clients: made once, in a function's init, on one TLS stack.

use std::time::Duration;

use aws_credential_types::{
    Credentials,
    provider::{self, ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future},
};
use aws_smithy_http_client::{Builder, tls};
use aws_smithy_runtime_api::client::{behavior_version::BehaviorVersion, http::SharedHttpClient};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_types::{
    SdkConfig,
    region::Region,
    service_config::{LoadServiceConfig, ServiceConfigKey},
};

use crate::environment::optional;

/// How long one request may take before the SDK repeats it; without a limit, one that hangs takes the batch with it.
const ATTEMPT: Duration = Duration::from_secs(3);

/// The SDK's configuration of a function: its environment says it all (AWS: Lambda, "Defined runtime environment variables"). Profiles,
/// roles and metadata services are not asked, and not linked.
///
/// Read are `AWS_REGION` or `AWS_DEFAULT_REGION`, the credentials, `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`,
/// `AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT` and `AWS_MAX_ATTEMPTS`.
#[must_use]
pub fn function_config() -> SdkConfig {
    let region = optional("AWS_REGION").or_else(|| optional("AWS_DEFAULT_REGION"));
    let set = |name: &str| optional(name).map(|value| value.eq_ignore_ascii_case("true"));
    let attempts = optional("AWS_MAX_ATTEMPTS").and_then(|attempts| attempts.parse().ok());
    let retries = RetryConfig::standard();
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(region.map(Region::new))
        .credentials_provider(SharedCredentialsProvider::new(OfTheEnvironment))
        .http_client(https())
        .timeout_config(timeouts())
        .retry_config(match attempts {
            Some(attempts) => retries.with_max_attempts(attempts),
            None => retries,
        })
        .service_config(OfServices);
    config.set_endpoint_url(optional("AWS_ENDPOINT_URL"));
    config.set_use_fips(set("AWS_USE_FIPS_ENDPOINT"));
    config.set_use_dual_stack(set("AWS_USE_DUALSTACK_ENDPOINT"));
    config.build()
}

/// The credentials of a function's role, which Lambda sets (AWS: Lambda, "Defined runtime environment variables").
#[derive(Debug)]
struct OfTheEnvironment;

impl OfTheEnvironment {
    fn credentials() -> provider::Result {
        let wanted =
            |name| optional(name).ok_or_else(|| CredentialsError::not_loaded(format!("{name} is not set")));
        Ok(Credentials::new(
            wanted("AWS_ACCESS_KEY_ID")?,
            wanted("AWS_SECRET_ACCESS_KEY")?,
            optional("AWS_SESSION_TOKEN"),
            None,
            "environment",
        ))
    }
}

impl ProvideCredentials for OfTheEnvironment {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Self::credentials())
    }
}

/// What the environment says of single services (AWS: SDKs and tools reference guide, service-specific endpoints): `AWS_ENDPOINT_URL_DYNAMODB`.
#[derive(Debug)]
struct OfServices;

impl LoadServiceConfig for OfServices {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        optional(&variable(key.env(), key.service_id())).or_else(|| optional(key.env()))
    }
}

fn variable(name: &str, service: &str) -> String {
    format!("{name}_{}", service.to_ascii_uppercase().replace([' ', '-'], "_"))
}

/// How every client reaches AWS.
///
/// rustls on ring: a first call over TLS takes a tenth of what it takes with the SDK's default (aws-lc).
#[must_use]
pub fn https() -> SharedHttpClient {
    let ring = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
    Builder::new().tls_provider(ring).build_https()
}

/// What a call may take: three seconds an attempt.
#[must_use]
pub fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_services_variable_is_named_as_the_sdks_name_it() {
        assert_eq!(
            variable("AWS_ENDPOINT_URL", "DynamoDB"),
            "AWS_ENDPOINT_URL_DYNAMODB"
        );
        assert_eq!(
            variable("AWS_ENDPOINT_URL", "Elastic Beanstalk"),
            "AWS_ENDPOINT_URL_ELASTIC_BEANSTALK"
        );
    }
}
