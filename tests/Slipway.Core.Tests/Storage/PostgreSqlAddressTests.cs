using Npgsql;
using Slipway.Core.Errors;
using Slipway.PostgreSql;

namespace Slipway.Core.Tests.Storage;

public sealed class PostgreSqlAddressTests
{
    [Theory]
    [InlineData("postgres://ada:s3cret@db.example:6432/models", "postgres://ada@db.example:6432/models")]
    [InlineData("postgresql://ada@db.example/models", "postgres://ada@db.example:5432/models")]
    [InlineData("postgres://ada:s3cret@[::1]:5433/models", "postgres://ada@[::1]:5433/models")]
    [InlineData("postgres://ada:s3cret@/models?host=/var/run/postgresql&port=5433", "postgres://ada@/models?host=/var/run/postgresql&port=5433")]
    [InlineData("postgres://ada:s3cret@db/models?sslmode=verify-full&sslpassword=s3cret", "postgres://ada@db:5432/models")]
    public void An_address_is_shown_without_its_password(string text, string shown) => Assert.Equal(shown, $"{PostgreSqlAddress.Parse(text)}");

    [Fact]
    public void Parameters_have_libpqs_names_and_values()
    {
        var address = PostgreSqlAddress.Parse("postgres://a%40b:p%3A%2F%25@db/models?sslmode=verify-ca&sslrootcert=/etc/ca.pem&connect_timeout=7&application_name=one%20of%20ours&channel_binding=require");

        var settings = new NpgsqlConnectionStringBuilder(address.WriterString());

        Assert.Equal(("a@b", "p:/%", "db", "models"), (settings.Username, settings.Password, settings.Host, settings.Database));
        Assert.Equal((SslMode.VerifyCA, "/etc/ca.pem", 7, "one of ours", ChannelBinding.Require),
            (settings.SslMode, settings.RootCertificate, settings.Timeout, settings.ApplicationName, settings.ChannelBinding));
    }

    [Theory]
    [InlineData("")]
    [InlineData("models")]
    [InlineData("mysql://ada:s3cret@db/models")]
    [InlineData("postgres://ada:s3cret@db")]
    [InlineData("postgres://ada:s3cret@db/")]
    [InlineData("postgres://ada:s3cret/x@db/models")]
    [InlineData("postgres://ada:s3cret@db:0/models")]
    [InlineData("postgres://ada:s3cret@db:65536/models")]
    [InlineData("postgres://ada:s3cret@db:five/models")]
    [InlineData("postgres://ada:s3cret@db/models?sslmode=sometimes")]
    [InlineData("postgres://ada:s3cret@db/models?connect_timeout=soon")]
    [InlineData("postgres://ada:s3cret@db/models?options=-csynchronous_commit%3Doff")]
    [InlineData("postgres://ada:s3cret@db/models?Pooling=false")]
    public void A_wrong_address_is_refused_without_showing_its_password(string text)
    {
        var error = Assert.Throws<SlipwayException>(() => PostgreSqlAddress.Parse(text));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.StartsWith("The database's address is wrong: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", $"{error}", StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_parameter_is_named_with_those_allowed() => Assert.Contains(
        "there is no parameter 'ssl_mode'. Allowed are application_name, channel_binding, ",
        Assert.Throws<SlipwayException>(() => PostgreSqlAddress.Parse("postgres://db/models?ssl_mode=require")).Message,
        StringComparison.Ordinal);
}
