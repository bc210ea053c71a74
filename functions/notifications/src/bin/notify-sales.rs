//! The Lambda function `notify-sales`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::consumer(notifications::notify_sales::function())
}
