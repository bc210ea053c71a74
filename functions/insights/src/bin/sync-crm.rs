//! The Lambda function `sync-crm`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(insights::sync_crm::function())
}
