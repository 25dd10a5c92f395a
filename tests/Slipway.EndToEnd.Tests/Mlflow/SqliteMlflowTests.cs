namespace Slipway.EndToEnd.Tests.Mlflow;

public sealed class SqliteMlflowSessionTests(SharedServer server) : MlflowSession(server), IClassFixture<SharedServer>;

public sealed class SqliteMlflowMistakesTests(SharedServer server) : MlflowMistakes(server), IClassFixture<SharedServer>;
