using Slipway.Tests;

namespace Slipway.EndToEnd.Tests.Mlflow;

/// <summary>The same over PostgreSQL.</summary>
public sealed class PostgreSqlServerFixture : SharedServer
{
    private string? _address;

    // One database for all starts of this server.
    protected override async Task<IReadOnlyList<string>> ArgumentsAsync() => ["--database", _address ??= await PostgreSqlServer.NewDatabaseAsync()];
}

public sealed class PostgreSqlMlflowSessionTests(PostgreSqlServerFixture server) : MlflowSession(server), IClassFixture<PostgreSqlServerFixture>;

public sealed class PostgreSqlMlflowMistakesTests(PostgreSqlServerFixture server) : MlflowMistakes(server), IClassFixture<PostgreSqlServerFixture>;
