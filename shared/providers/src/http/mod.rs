//! Calls over HTTP to providers that have no SDK: one client a process, every call limited in time and in what it reads.

mod address;
mod answer;
mod header;
mod refusal;

use std::{sync::OnceLock, time::Duration};

use reqwest::{Client, RequestBuilder, redirect::Policy};
use tidings_core::Failure;

pub(crate) use address::Address;
pub use address::BadAddress;
pub(crate) use answer::Answer;
pub(crate) use header::visible;
pub(crate) use refusal::{is_code, refused};

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(2);
/// How long a call may take, with everything. Below the time-out of a function (10 s unless it says otherwise, `Settings::DEFAULT`), with
/// time left for recording what became of it: a function that is killed leaves its lease to lapse.
const CALL: Duration = Duration::from_secs(6);
/// How long an idle connection is kept. A function is frozen between two invocations, and providers close what is idle.
const IDLE: Duration = Duration::from_secs(20);

/// Makes calls.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    client: Client,
}

impl Http {
    /// The client of this process: TLS by rustls on ring, trusting what the system trusts, as the AWS clients do.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub(crate) fn of_this_process() -> Result<Self, NoHttp> {
        static CLIENT: OnceLock<Http> = OnceLock::new();
        if let Some(made) = CLIENT.get() {
            return Ok(made.clone());
        }
        let made = Self::with_time_limit(CALL)?;
        Ok(CLIENT.get_or_init(|| made).clone())
    }

    /// A client whose calls may take so long.
    fn with_time_limit(call: Duration) -> Result<Self, NoHttp> {
        let client = Client::builder()
            .connect_timeout(CONNECT)
            .timeout(call)
            .pool_idle_timeout(IDLE)
            // Followed, a redirect would take a signed body, or a key, to somebody else.
            .redirect(Policy::none())
            // As the AWS clients: what a variable of the environment says must not lead keys elsewhere.
            .no_proxy()
            .user_agent(concat!("tidings/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { client: client? })
    }

    /// A request to `path` below an address.
    pub(crate) fn post(&self, address: &Address, path: &str) -> RequestBuilder {
        self.client.post(address.join(path))
    }

    /// A question to `path` below an address.
    pub(crate) fn get(&self, address: &Address, path: &str, query: &[(&str, &str)]) -> RequestBuilder {
        self.client.get(address.join(path)).query(query)
    }

    /// Makes a call, and reads what `provider` answers, whatever it is.
    ///
    /// # Errors
    /// When there is no answer. Whether the call had its effect is then not known.
    pub(crate) async fn call(
        &self,
        provider: &'static str,
        request: RequestBuilder,
    ) -> Result<Answer, Failure> {
        let answered = async { Answer::read(request.send().await?).await };
        answered
            .await
            .map_err(|error| refusal::unanswered(provider, error))
    }
}

/// There is no client: the system's certificates cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("calls over HTTPS cannot be made: {0}")]
pub struct NoHttp(#[from] reqwest::Error);

#[cfg(test)]
pub(crate) mod tests;
