//! What is in the dead-letter queues of a local run.

use axum::{Json, Router, http::StatusCode, routing::get};

use super::LocalSystem;

/// `GET /dead-letters`: the letters of every queue, also of earlier runs on the same data file. Only a local run has it.
pub fn route(system: &LocalSystem) -> Router {
    let table = system.dead_letters.clone();
    let told = move || {
        let letters = table.all();
        async move {
            let failed =
                |error: tidings_bus::EmbeddedError| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string());
            letters.map(Json).map_err(failed)
        }
    };
    Router::new().route("/dead-letters", get(told))
}

#[cfg(test)]
mod tests {
    use tidings_core::{Envelope, ports::Publish as _};

    use crate::{
        local::{
            Ledger, LocalSystem, Settings,
            outside::{Calls, Folders, Mishaps},
        },
        system::storefront,
    };

    /// A system on a file in this folder.
    async fn on(folder: &std::path::Path) -> LocalSystem {
        let folders = Folders {
            mail: folder.join("mail"),
            invoices: folder.join("invoices"),
        };
        let settings = Settings {
            data: Some(&folder.join("shop.db")),
            folders: &folders,
            mishaps: Mishaps::default(),
            calls: Calls::default(),
            ledger: Ledger::default(),
            schemas: None,
        };
        LocalSystem::start(&storefront(), settings).await.unwrap()
    }

    #[tokio::test]
    async fn what_a_consumer_sets_aside_is_in_the_data_file_with_its_cause() {
        let folder = tempfile::tempdir().unwrap();
        let before = {
            let system = on(folder.path()).await;
            let sample = include_str!("../../../../events/user.renamed/v1.json");
            let renamed = Envelope::parse(sample).unwrap();
            let sent = system
                .queue_of("create-invoice")
                .publish(std::slice::from_ref(&renamed))
                .await;
            assert!(sent.iter().all(Result::is_ok));
            system.handled().await;
            let [letter] = <[_; 1]>::try_from(system.dead_letters.all().unwrap()).unwrap();
            assert_eq!(
                (letter.queue.as_str(), letter.event.as_deref()),
                ("create-invoice", Some(renamed.key().as_str()))
            );
            assert!(
                letter
                    .reason
                    .as_deref()
                    .is_some_and(|reason| reason.contains("user.renamed")),
                "{letter:?}"
            );
            letter
        };
        assert_eq!(on(folder.path()).await.dead_letters.all().unwrap(), [before]);
    }
}
