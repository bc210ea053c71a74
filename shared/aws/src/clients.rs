//! AWS clients: made once, in a function's init, on one TLS stack.

use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig, timeout::TimeoutConfig};
use aws_smithy_http_client::{Builder, tls};

/// How long one request may take before the SDK repeats it; without a limit, one that hangs takes the batch with it.
const ATTEMPT: Duration = Duration::from_secs(3);

/// The SDK's configuration from the environment (region, credentials, `AWS_ENDPOINT_URL` and its kin), with
/// rustls on ring: a first call over TLS takes a tenth of what it takes with the SDK's default (aws-lc).
pub async fn sdk_config() -> SdkConfig {
    let ring = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
    let http_client = Builder::new().tls_provider(ring).build_https();
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT)
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client)
        .timeout_config(timeouts)
        .load()
        .await
}
