using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Samsa.UnitTests.Client.PublicApi;

/// <summary>What an assembly offers to others, as sorted lines: types with their bases, members with their signatures, values of constants.</summary>
internal static class ApiText
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
    private static readonly NullabilityInfoContext Nullability = new();

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(short)] = "short",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(double)] = "double",
        [typeof(sbyte)] = "sbyte",
    };

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(Head(type)).Append('\n');
            foreach (var line in Members(type).Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Head(Type type)
    {
        var kind = type.IsEnum ? "enum"
            : type.IsInterface ? "interface"
            : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
            : type.IsValueType ? (IsReadOnly(type) ? "readonly " : "") + (type.IsByRefLike ? "ref struct" : "struct")
            : (type.IsAbstract && type.IsSealed ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "") + "class";
        List<string> bases = [];
        if (type is { IsClass: true, BaseType: { } parent } && parent != typeof(object) && kind != "delegate")
        {
            bases.Add(Name(parent));
        }

        if (!type.IsEnum && kind != "delegate")
        {
            bases.AddRange(type.GetInterfaces().Where(i => i.IsPublic).Select(i => Name(i)).Order(StringComparer.Ordinal));
        }

        return $"{kind} {type.Namespace}.{Name(type)}{(bases.Count > 0 ? " : " + string.Join(", ", bases) : "")}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return type.GetFields(BindingFlags.Public | BindingFlags.Static)
                .Select(f => $"{f.Name} = {Convert.ToInt64(f.GetRawConstantValue(), CultureInfo.InvariantCulture)}");
        }

        if (typeof(Delegate).IsAssignableFrom(type))
        {
            return [Signature(type.GetMethod("Invoke")!)];
        }

        return
        [
            .. type.GetConstructors(Declared).Where(IsVisible).Select(c => $"{Access(c)}.ctor({Parameters(c)})"),
            .. type.GetFields(Declared).Where(f => f.IsPublic).Select(f =>
                $"{(f.IsLiteral ? "const " : f.IsStatic ? "static " : "")}{Name(f.FieldType)} {f.Name}{(f.IsLiteral ? " = " + f.GetRawConstantValue() : "")}"),
            .. type.GetProperties(Declared).Where(p => p.GetAccessors(nonPublic: true).Any(IsVisible)).Select(Property),
            .. type.GetEvents(Declared).Where(e => IsVisible(e.AddMethod!)).Select(e => $"event {Name(e.EventHandlerType!)} {e.Name}"),
            .. type.GetMethods(Declared)
                .Where(m => IsVisible(m) && (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal)) && !IsMadeByCompiler(m))
                .Select(Signature),
        ];
    }

    private static string Property(PropertyInfo property)
    {
        var get = property.GetMethod is { } getter && IsVisible(getter) ? "get; " : "";
        var set = property.SetMethod is { } setter && IsVisible(setter)
            ? setter.ReturnParameter.GetRequiredCustomModifiers().Any(m => m.Name == "IsExternalInit") ? "init; " : "set; "
            : "";
        var modifier = Modifier(property.GetMethod ?? property.SetMethod!);
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        return $"{modifier}{required}{Name(Nullability.Create(property))} {property.Name} {{ {get}{set}}}";
    }

    private static string Signature(MethodInfo method)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";
        return $"{Modifier(method)}{Name(Nullability.Create(method.ReturnParameter))} {method.Name}{generic}({Parameters(method)})";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
    {
        var type = p.ParameterType;
        var direction = !type.IsByRef ? p.IsDefined(typeof(ParamArrayAttribute)) || p.IsDefined(typeof(ParamCollectionAttribute)) ? "params " : ""
            : p.IsOut ? "out " : p.IsIn ? "in " : "ref ";
        type = type.IsByRef ? type.GetElementType()! : type;
        var value = !p.HasDefaultValue ? "" : $" = {(p.DefaultValue is null ? type.IsValueType ? "default" : "null" : Convert.ToString(p.DefaultValue, CultureInfo.InvariantCulture))}";
        return $"{direction}{Name(Nullability.Create(p))} {p.Name}{value}";
    }));

    private static string Modifier(MethodInfo method) =>
        Access(method)
        + (method.IsStatic ? "static "
            : method.DeclaringType!.IsInterface ? ""
            : method.GetBaseDefinition() != method ? "override "
            : method.IsAbstract ? "abstract "
            : method is { IsVirtual: true, IsFinal: false } ? "virtual " : "");

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    // Records bring these along; who calls them sees the record's properties.
    private static bool IsMadeByCompiler(MethodInfo method) =>
        method.Name.Contains('<', StringComparison.Ordinal)
        || (method.IsDefined(typeof(CompilerGeneratedAttribute)) && method.Name is "PrintMembers" or "ToString" or "Equals" or "GetHashCode");

    private static bool IsReadOnly(Type type) => type.IsDefined(typeof(IsReadOnlyAttribute));

    // The name of a type as it is used somewhere, with the question marks of what may be null.
    private static string Name(NullabilityInfo use)
    {
        var type = use.Type.IsByRef ? use.Type.GetElementType()! : use.Type;
        var mark = !type.IsValueType && use.ReadState == NullabilityState.Nullable ? "?" : "";
        if (use.ElementType is { } element)
        {
            return $"{Name(element)}[]{mark}";
        }

        if (use.GenericTypeArguments.Length == 0 || Nullable.GetUnderlyingType(type) is not null)
        {
            return Name(type) + mark;
        }

        return $"{type.Name.Split('`')[0]}<{string.Join(", ", use.GenericTypeArguments.Select(Name))}>{mark}";
    }

    private static string Name(Type type)
    {
        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword;
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Name(underlying) + "?";
        }

        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[]";
        }

        if (!type.IsGenericType)
        {
            return type.Name;
        }

        var arguments = type.GetGenericArguments().Select(a => (a.IsGenericParameter ? Variance(a) : "") + Name(a));
        return $"{type.Name.Split('`')[0]}<{string.Join(", ", arguments)}>";
    }

    private static string Variance(Type parameter) =>
        (parameter.GenericParameterAttributes & GenericParameterAttributes.VarianceMask) switch
        {
            GenericParameterAttributes.Covariant => "out ",
            GenericParameterAttributes.Contravariant => "in ",
            _ => "",
        };
}
