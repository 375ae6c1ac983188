using Microsoft.Extensions.Options;
using Samsa.Client.Configuration;

namespace Samsa.Client.Hosting;

/// <summary>Says before a client is made what its options lack. Stateless.</summary>
internal sealed class KafkaOptionsValidation<TOptions> : IValidateOptions<TOptions>
    where TOptions : ClientOptions
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        try
        {
            options.Validate();
            return ValidateOptionsResult.Success;
        }
        catch (ClientConfigException e)
        {
            return ValidateOptionsResult.Fail(e.Message);
        }
    }
}
