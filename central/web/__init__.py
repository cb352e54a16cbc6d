"""What every route shares: declared operations, problems, access, paging, the OpenAPI document."""
