//! The Lambda function `notify-sales`.

fn main() -> Result<(), tidings_aws::lambda::Error> {
    tidings_aws::lambda::consumer(notifications::notify_sales::function())
}
