using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Samsa.Broker.Metrics;

namespace Samsa.Server.Http;

/// <summary>
/// The pages of the HTTP port: <c>/metrics</c> in Prometheus' text format and <c>/healthz</c>. Both read the server and change
/// nothing, so any number of requests may run at once.
/// </summary>
internal sealed class HttpRoutes : IHttpApplication<HttpContext>
{
    private readonly IServerStatus _server;

    public HttpRoutes(IServerStatus server) => _server = server;

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public Task ProcessRequestAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return Text(context, StatusCodes.Status405MethodNotAllowed, "Only GET and HEAD.\n"u8.ToArray());
        }

        return context.Request.Path.Value switch
        {
            "/metrics" => Metrics(context),
            "/healthz" => Health(context),
            "/" => Text(context, StatusCodes.Status200OK, "Samsa. See /metrics and /healthz.\n"u8.ToArray()),
            _ => Text(context, StatusCodes.Status404NotFound, "Not found. There are /metrics and /healthz.\n"u8.ToArray()),
        };
    }

    private Task Metrics(HttpContext context)
    {
        if (_server.Metrics is not { } metrics)
            return Text(context, StatusCodes.Status503ServiceUnavailable, "The broker is not running.\n"u8.ToArray());
        var page = new ArrayBufferWriter<byte>(16 << 10);
        metrics.WriteTo(page);
        return Send(context, StatusCodes.Status200OK, PrometheusWriter.ContentType, page.WrittenMemory);
    }

    private Task Health(HttpContext context)
    {
        string? trouble = _server.State switch
        {
            ServerState.Running => _server.Trouble,
            ServerState.Starting => "the broker is starting",
            _ => "the broker is stopping",
        };
        var page = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(page))
        {
            json.WriteStartObject();
            json.WriteString("status", trouble is null ? "serving" : "unavailable");
            if (trouble is not null)
                json.WriteString("reason", trouble);
            json.WriteString("version", SamsaServer.Version);
            json.WriteEndObject();
        }

        page.Write("\n"u8);
        return Send(
            context,
            trouble is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
            "application/json",
            page.WrittenMemory);
    }

    private static Task Text(HttpContext context, int status, ReadOnlyMemory<byte> body) =>
        Send(context, status, "text/plain; charset=utf-8", body);

    private static async Task Send(HttpContext context, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.BodyWriter.WriteAsync(body, context.RequestAborted);
    }
}
