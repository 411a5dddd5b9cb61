// Starts `whatif lsp` and shows derivations; all else is the server's.
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

/** Derivations that are being shown, by address. */
const shown = new Map();
let client;

function start() {
    const command = vscode.workspace.getConfiguration("whatif").get("path", "whatif");
    client = new LanguageClient(
        "whatif",
        "whatif",
        { command, args: ["lsp", "--stdio"] },
        { documentSelector: [{ language: "causal" }], initializationOptions: { showsSteps: true } },
    );
    client.start().catch((why) => {
        vscode.window.showErrorMessage(
            `whatif could not be started (${why.message}). Install it, or say where it is in the setting whatif.path.`,
        );
    });
}

exports.activate = function (context) {
    const scheme = "whatif-steps";
    const changed = new vscode.EventEmitter();
    context.subscriptions.push(
        vscode.workspace.registerTextDocumentContentProvider(scheme, {
            onDidChange: changed.event,
            provideTextDocumentContent: (uri) => shown.get(uri.path) ?? "",
        }),
        vscode.commands.registerCommand("whatif.showSteps", async (uri, index) => {
            if (uri === undefined) {
                vscode.window.showInformationMessage("Click on the line above a question.");
                return;
            }
            const text = await client.sendRequest("workspace/executeCommand", {
                command: "whatif.steps",
                arguments: [uri, index],
            });
            if (!text) {
                return;
            }
            const path = `/derivation ${index + 1}.md`;
            shown.set(path, text);
            const target = vscode.Uri.from({ scheme, path });
            changed.fire(target);
            await vscode.commands.executeCommand("markdown.showPreviewToSide", target);
        }),
        vscode.commands.registerCommand("whatif.restart", async () => {
            await client?.stop();
            start();
        }),
    );
    start();
};

exports.deactivate = () => client?.stop();
