//! The Lambda function `sync-crm`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(insights::sync_crm::function())
}
