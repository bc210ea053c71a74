//! The Lambda function `list-orders`.

fn main() -> Result<(), tidings_lambda::Error> {
    tidings_lambda::endpoint(orders::list_orders::function())
}
