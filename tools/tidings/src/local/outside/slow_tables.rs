//! A table that is made slow: every request to it takes longer, reads as well as writes, of publishers and queries and of consumers that have a
//! table of their own. What the library keeps for a consumer (its record, the outbox, what it writes in the same transaction) does not pass here.

use std::{fmt, time::Duration};

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector},
    orchestrator::HttpRequest,
};

use super::Mishaps;

/// Stands before the database and holds up what concerns a slow table.
pub struct SlowTables {
    pub database: SharedHttpConnector,
    pub mishaps: Mishaps,
    /// The tables' names.
    pub tables: Vec<&'static str>,
}

impl SlowTables {
    /// As long as the slowest table of a request takes.
    fn delay(&self, request: &HttpRequest) -> Duration {
        let Some(body) = request.body().bytes() else {
            return Duration::ZERO;
        };
        let slow = self.tables.iter().filter_map(|table| {
            let delay = self.mishaps.delay(table);
            let named = format!("\"TableName\":\"{table}\"");
            (!delay.is_zero() && contains(body, named.as_bytes())).then_some(delay)
        });
        slow.max().unwrap_or_default()
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

impl HttpConnector for SlowTables {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (database, delay) = (self.database.clone(), self.delay(&request));
        if delay.is_zero() {
            return database.call(request);
        }
        HttpConnectorFuture::new(async move {
            tokio::time::sleep(delay).await;
            database.call(request).await
        })
    }
}

impl fmt::Debug for SlowTables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SlowTables")
    }
}
