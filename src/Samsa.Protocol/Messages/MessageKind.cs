namespace Samsa.Protocol.Messages;

/// <summary>What a message is for.</summary>
public enum MessageKind
{
    /// <summary>A request of an API.</summary>
    Request,

    /// <summary>The response of an API.</summary>
    Response,

    /// <summary>The header before a request or response.</summary>
    Header,

    /// <summary>A structure inside another message's bytes, or in a file of its own.</summary>
    Data,

    /// <summary>A record of the KRaft metadata log.</summary>
    Metadata,

    /// <summary>A record of the topic <c>__remote_log_metadata</c>.</summary>
    RemoteLogMetadata,

    /// <summary>A record key of <c>__consumer_offsets</c>.</summary>
    GroupKey,

    /// <summary>A record value of <c>__consumer_offsets</c>.</summary>
    GroupValue,

    /// <summary>A record key of <c>__transaction_state</c>.</summary>
    TransactionKey,

    /// <summary>A record value of <c>__transaction_state</c>.</summary>
    TransactionValue,

    /// <summary>A record key of <c>__share_group_state</c>.</summary>
    ShareKey,

    /// <summary>A record value of <c>__share_group_state</c>.</summary>
    ShareValue,
}
