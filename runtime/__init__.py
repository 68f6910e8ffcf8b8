"""What the Lambda functions run: `handlers` (thin) call `core` (pure), which `adapters` (boto3) serve."""
